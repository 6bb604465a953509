namespace Otedama.Pool;

/// <summary>How a block's reward is split. The numbers are persisted in the log.</summary>
public enum PayoutScheme : byte
{
    /// <summary>By work in the last N x network difficulty, paid directly in the coinbase.</summary>
    Pplns = 1,

    /// <summary>Everything to the finder.</summary>
    Solo = 2,
}
