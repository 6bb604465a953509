namespace Otedama.Core;

/// <summary>How a chain moves its target.</summary>
public enum RetargetKind
{
    /// <summary>Always the limit, as on regtest.</summary>
    None,

    /// <summary>Every so many blocks by the time they took, clamped to a factor of four.</summary>
    Window,

    /// <summary>Every block, from a recent stretch.</summary>
    PerBlock,
}

/// <summary>Blocks is the window's length; Seconds is the time those blocks should take.</summary>
public sealed record RetargetRule(RetargetKind Kind, int Blocks, int Seconds);
