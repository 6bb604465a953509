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
    /// <summary>The graphics card whose memory holds it, such as gpu0; empty = the processor's.</summary>
    public string Place { get; init; } = "";

    public bool IsBeingMade => Done < 1 && Problem.Length == 0;

    /// <summary>What it is called, such as "KawPow light cache of epoch 7" or "Verthash data on gpu0".</summary>
    public string Name => (Algorithm.Facts.HasEpochs, Place.Length > 0) switch
    {
        (true, false) => $"{Algorithm} {(Kind == DatasetKind.Light ? "light cache" : "dataset")} of epoch {Epoch}",
        (true, true) => $"{Algorithm} {(Kind == DatasetKind.Light ? "light cache" : "dataset")} of epoch {Epoch} "
            + $"on {Place}",
        (false, true) => $"{Algorithm} data on {Place}",
        _ => $"{Algorithm} data file",
    };
}
