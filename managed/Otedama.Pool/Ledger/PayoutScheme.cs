namespace Otedama.Pool;

/// <summary>How a block's reward is split. The numbers are persisted in the log.</summary>
public enum PayoutScheme : byte
{
    /// <summary>By work in the last N x network difficulty, paid directly in the coinbase.</summary>
    Pplns = 1,

    /// <summary>Everything to the finder.</summary>
    Solo = 2,

    /// <summary>Every share earns its part of a block at once; the operator takes the blocks, and the risk.</summary>
    Pps = 3,

    /// <summary>As the share chain says, paid directly in the coinbase; this ledger only counts.</summary>
    ShareChain = 4,
}
