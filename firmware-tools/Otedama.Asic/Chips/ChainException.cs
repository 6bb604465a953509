namespace Otedama.Asic;

/// <summary>What follows when something goes wrong with a chain.</summary>
internal enum ChainRemedy
{
    /// <summary>Brought up anew; three times in ten minutes, and the ladder is climbed.</summary>
    BringUp,

    /// <summary>Brought up anew at once and not counted: the way there was a try.</summary>
    TryAgain,

    /// <summary>Someone has to look at it.</summary>
    Help,
}

/// <summary>Inside of a chain only: the reason, in a sentence, and what to do.</summary>
internal sealed class ChainException(string reason, ChainRemedy remedy = ChainRemedy.BringUp) : Exception(reason)
{
    public ChainRemedy Remedy { get; } = remedy;
}
