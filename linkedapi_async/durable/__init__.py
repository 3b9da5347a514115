"""Operations that outlive processes, as workflows of DBOS: on one machine, or on many.

Needs the extra `durable`. DBOS remembers how far each operation has come, in SQLite or PostgreSQL;
the ledger remembers each start, since an engine alone would send a start again whose end it did not
see. Together: what is answered stays answered, what the service runs is waited for, and what may
have been sent is reported as uncertain, never sent again on suspicion.
"""

try:
    from ._forward import forward
    from ._operations import DurableHandle, DurableOperations
except ModuleNotFoundError as _exc:
    if (_exc.name or "").partition(".")[0] not in {"dbos", "psycopg", "sqlalchemy"}:
        raise
    _msg = "linkedapi_async.durable needs DBOS: pip install 'linkedapi-async[durable]'"
    raise ModuleNotFoundError(_msg, name=_exc.name) from None

__all__ = ["DurableHandle", "DurableOperations", "forward"]
