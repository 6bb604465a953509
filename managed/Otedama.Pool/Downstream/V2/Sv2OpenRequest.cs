using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// A request for a channel that keeps the rules; who the user is and where the space comes from is the pool's part.
/// </summary>
/// <param name="ExtranonceSize">Bytes the client will roll; 0 for a standard channel.</param>
/// <param name="IsWide">Of the class with 16 bytes of its own, whose coinbases are longer.</param>
/// <param name="NominalHashRate">Hashes a second; 0 = nobody knows yet.</param>
public sealed record Sv2OpenRequest(
    bool IsStandard, string Identity, float NominalHashRate, Target MaxTarget, int ExtranonceSize, bool IsWide);
