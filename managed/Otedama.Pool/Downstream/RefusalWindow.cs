using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What the newest judged submit means for a session.</summary>
internal enum Standing
{
    Fine,

    /// <summary>So many are refused that the miner should hear of it; said once until it gets better.</summary>
    Warned,

    /// <summary>More work is wrong than any working miner's: end the connection.</summary>
    Hopeless,
}

/// <summary>
/// The last 100 submits of a session whose work was judged right or wrong; late, repeated and unchecked ones are nobody's
/// fault and are not counted. A rig with one hardware error in ten passes 25 once in 250,000 windows.
/// </summary>
internal sealed class RefusalWindow
{
    public const int Length = 100;
    public const int WrongMax = 25;

    private const int WarnAbove = 12;
    private const int ForgivenAt = 6;

    private UInt128 _wrong; // one bit each, the newest lowest
    private bool _warned;

    public int Wrong => (int)UInt128.PopCount(_wrong);

    /// <summary>Submits in the window; up to Length.</summary>
    public int Count { get; private set; }

    /// <summary>Why the newest wrong one was refused.</summary>
    public Rejection Reason { get; private set; }

    public Standing Add(Rejection rejection)
    {
        bool wrong = rejection != Rejection.None;
        _wrong = ((_wrong << 1) | (wrong ? UInt128.One : UInt128.Zero)) & ((UInt128.One << Length) - 1);
        Count = Math.Min(Count + 1, Length);
        Reason = wrong ? rejection : Reason;
        int count = Wrong;
        if (count > WrongMax)
        {
            return Standing.Hopeless;
        }
        bool warn = count > WarnAbove && !_warned;
        _warned = (_warned || warn) && count > ForgivenAt;
        return warn ? Standing.Warned : Standing.Fine;
    }
}
