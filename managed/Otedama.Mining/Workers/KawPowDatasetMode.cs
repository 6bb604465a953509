namespace Otedama.Mining;

/// <summary>What KawPow is searched with on a CPU.</summary>
public enum KawPowDatasetMode
{
    /// <summary>
    /// At once from the light cache, and from the whole dataset as soon as that is made, where it pays and memory
    /// suffices.
    /// </summary>
    Auto,

    /// <summary>Only from the light cache: up to 100 MB, about a hundredth of the speed.</summary>
    Light,

    /// <summary>
    /// Only from the whole dataset: 1 GiB at epoch 0, 8 MiB more each epoch; nothing is searched without it.
    /// </summary>
    Full,
}
