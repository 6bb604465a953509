using Otedama.Core;

namespace Otedama.Interop;

/// <summary>One dataset of a store, for display.</summary>
/// <param name="Bytes">Memory it takes, also while it is being made; 0 when not known yet.</param>
/// <param name="Done">0 to 1.</param>
/// <param name="Seconds">Time spent on making it so far, or in all.</param>
/// <param name="Problem">Why it could not be made; empty while all is well.</param>
public sealed record DatasetState(
    Algorithm Algorithm, DatasetKind Kind, uint Epoch, ulong Bytes, double Done, double Seconds, string Problem)
{
    public bool IsBeingMade => Done < 1 && Problem.Length == 0;

    /// <summary>What it is called, such as "KawPow light cache of epoch 7".</summary>
    public string Name => Algorithm.Facts.HasEpochs
        ? $"{Algorithm} {(Kind == DatasetKind.Light ? "light cache" : "dataset")} of epoch {Epoch}"
        : $"{Algorithm} data file";
}
