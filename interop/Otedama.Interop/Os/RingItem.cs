namespace Otedama.Interop;

/// <summary>Bytes for one connection, as a piece of the data given beside the items.</summary>
public readonly struct RingItem(ulong connection, int offset, int length)
{
    private readonly otd_ring_item _raw = new()
    {
        connection = connection,
        offset = (uint)offset,
        length = (uint)length,
    };

    public ulong Connection => _raw.connection;
}
