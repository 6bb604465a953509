namespace Otedama.Core;

/// <summary>
/// How far a candidate's hash goes. The targets are asked in this order, so that the furthest counts.
/// </summary>
public enum Reach : byte
{
    /// <summary>As far as its session's own target, or not even there.</summary>
    Share,

    /// <summary>To the target of the job's share chain: others will look at it.</summary>
    Chain,

    /// <summary>To the network's target.</summary>
    Block,
}
