namespace Otedama.Core;

/// <summary>Names one output: the transaction's id and the output's index.</summary>
public readonly record struct OutPoint(Hash256 TxId, uint Index)
{
    /// <summary>What a coinbase input refers to: nothing.</summary>
    public static OutPoint Null => new(Hash256.Zero, uint.MaxValue);

    public bool IsNull => Index == uint.MaxValue && TxId.IsZero;

    public override string ToString() => $"{TxId}:{Index}";
}
