using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// What the pool gives: the bytes in front (12 for a standard channel, its whole extranonce; else 4) and the first
/// target.
/// </summary>
public sealed record Sv2Grant(byte[] Prefix, Target Target);
