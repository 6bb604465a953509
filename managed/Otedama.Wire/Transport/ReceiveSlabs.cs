namespace Otedama.Wire;

/// <summary>
/// Small receive buffers cut from large pinned arrays: 1 KiB per connection instead of an array each, and no
/// fragmentation when ten thousand connections come and go.
/// </summary>
internal sealed class ReceiveSlabs
{
    /// <summary>Eight submits fit, the usual number in flight.</summary>
    public const int SliceBytes = 1_024;

    private const int SlicesPerSlab = 256;

    private readonly Lock _gate = new();
    private readonly Stack<Memory<byte>> _free = new();

    public Memory<byte> Rent()
    {
        lock (_gate)
        {
            if (_free.Count == 0)
            {
                Memory<byte> slab = GC.AllocateUninitializedArray<byte>(SlicesPerSlab * SliceBytes, pinned: true);
                for (int i = 0; i < SlicesPerSlab; i++)
                {
                    _free.Push(slab.Slice(i * SliceBytes, SliceBytes));
                }
            }
            return _free.Pop();
        }
    }

    public void Return(Memory<byte> slice)
    {
        lock (_gate)
        {
            _free.Push(slice);
        }
    }
}
