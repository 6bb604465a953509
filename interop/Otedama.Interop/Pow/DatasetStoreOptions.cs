namespace Otedama.Interop;

/// <summary>Where datasets come from.</summary>
public sealed record DatasetStoreOptions
{
    /// <summary>Folder of files worth keeping, which is verthash.dat (1.2 GiB); empty = memory only.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Threads that build; 0 = all.</summary>
    public int Threads { get; init; }

    /// <summary>Verthash: graph of the generator, 1 to 17; 0 = the network's. Small ones are for tests.</summary>
    public int VerthashGraph { get; init; }
}
