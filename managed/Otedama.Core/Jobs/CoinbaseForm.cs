namespace Otedama.Core;

/// <summary>
/// A coinbase that others rebuild byte by byte from what its maker tells them. Its script reads: height, a push of 12 bytes of
/// extranonce, a push of the tag; no counter, nothing of the node's. Payees, witness commitment, the split's commitment.
/// </summary>
/// <param name="Tag">At most 75 bytes.</param>
public sealed record CoinbaseForm(ReadOnlyMemory<byte> Tag);
