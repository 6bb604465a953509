namespace Otedama.Core;

/// <summary>
/// The payees of one tip, and the order in which they lie on its line, which is dear and the same for every cap class.
/// payees: each key once, no weight zero, the sum below 2^128; nobody changes them.
/// </summary>
internal sealed class PayoutLine(ChainPayee[] payees, SlotOrder slots)
{
    private int[]? _inOrder;

    public ChainPayee[] Payees { get; } = payees;

    /// <summary>Places in Payees, as they lie on the line.</summary>
    public int[] InOrder => _inOrder ??= slots.Of(Payees);

    /// <summary>Where the first slot is on a line of this length.</summary>
    public UInt128 Offset(UInt128 all) => slots.Offset(all);
}
