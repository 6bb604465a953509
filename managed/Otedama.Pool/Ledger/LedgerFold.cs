namespace Otedama.Pool;

/// <summary>The ledger's state as what a log is replayed into; a second one makes snapshots beside it.</summary>
internal sealed class LedgerFold : ILogFold
{
    public LedgerState State { get; private set; } = new();

    public void Apply(LogRecord record) => State.Apply(record);

    public void Save(Stream stream) => State.Save(stream);

    public void Load(Stream stream) => State = LedgerState.Load(stream);
}
