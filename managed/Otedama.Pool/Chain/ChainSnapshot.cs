using Otedama.Core;

namespace Otedama.Pool;

/// <summary>A share chain at one moment.</summary>
/// <param name="Line">Its parameters.</param>
/// <param name="Height">Of the tip; 0 = there is no share yet.</param>
/// <param name="Work">Expected hashes of the whole chain, uncles included.</param>
/// <param name="WindowWork">Of the newest shares, as many as are paid for at most.</param>
/// <param name="Shares">Shares kept, branches included.</param>
/// <param name="Orphans">Shares that wait for others.</param>
/// <param name="Held">Shares that wait for our clock or our coin node.</param>
/// <param name="OwnFound">Shares found by miners of this node since start.</param>
/// <param name="OwnRefused">How many of them the chain refused.</param>
public sealed record ChainSnapshot(
    string Line, Hash256 Tip, uint Height, UInt128 Work, UInt128 WindowWork, int Shares, int Orphans, int Held, long OwnFound,
    long OwnRefused);
