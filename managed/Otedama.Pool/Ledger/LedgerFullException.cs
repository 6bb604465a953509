namespace Otedama.Pool;

/// <summary>An account cannot be made: the limit is reached, or the disk takes no more records.</summary>
public sealed class LedgerFullException(string message) : Exception(message);
