namespace Otedama.Pool;

/// <summary>The newest job for one kind of receiver.</summary>
internal sealed class JobSlot(PoolJob newest)
{
    private PoolJob _newest = newest;

    public PoolJob Newest
    {
        get => Volatile.Read(ref _newest);
        set => Volatile.Write(ref _newest, value);
    }
}
