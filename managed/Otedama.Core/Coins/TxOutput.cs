namespace Otedama.Core;

/// <summary>One output: an amount locked to a script.</summary>
public sealed record TxOutput(Amount Amount, ReadOnlyMemory<byte> Script);
