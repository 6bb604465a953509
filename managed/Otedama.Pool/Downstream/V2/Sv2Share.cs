namespace Otedama.Pool;

/// <summary>A share as it came, its lengths judged.</summary>
public readonly record struct Sv2Share(uint Sequence, uint JobId, uint Nonce, uint Time, uint Version);
