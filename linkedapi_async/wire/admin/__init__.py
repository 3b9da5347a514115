"""The Admin API as pure values: one `Query` per method, one module per resource.

Parameters are checked here, before anything is sent; what a mistake says names the parameter, its
value and what it has to be.
"""
