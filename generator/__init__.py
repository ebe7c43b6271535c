"""archatlas: a published comparison report, generated from running neural networks."""
