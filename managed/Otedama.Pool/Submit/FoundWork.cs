using Otedama.Core;

namespace Otedama.Pool;

/// <summary>A block that was just found, on its way to the disk and then to the nodes.</summary>
internal sealed class FoundWork(AssembledBlock block, BlockBooking? booking, BlockReport found, Pause patience)
{
    private volatile bool _isKept;

    public AssembledBlock Block => block;

    public BlockBooking? Booking => booking;

    public BlockReport Found => found;

    /// <summary>How long the nodes wait for the disk.</summary>
    public Pause Patience => patience;

    /// <summary>The disk has it, or has refused it.</summary>
    public bool IsKept => _isKept;

    public void SetKept() => _isKept = true;
}
