using System.Net;

namespace Otedama.Pool;

/// <summary>What databases say of addresses. Any thread.</summary>
public interface IAtlas
{
    /// <summary>
    /// Another number for other autonomous systems: what was grouped by them is then to be grouped anew. 0: no
    /// database of them.
    /// </summary>
    ulong SystemEdition { get; }

    /// <summary>Number of the autonomous system; 0 where none is known.</summary>
    uint SystemOf(IPAddress address);

    /// <summary>Where it is; empty where nothing is known.</summary>
    RegionFacts RegionOf(IPAddress address);
}

/// <summary>Country: ISO 3166-1 alpha-2. Continent: AF, AN, AS, EU, NA, OC or SA. Empty: not known.</summary>
public readonly record struct RegionFacts(string Country, string Continent);

/// <summary>No database.</summary>
public sealed class NoAtlas : IAtlas
{
    public ulong SystemEdition => 0;

    public uint SystemOf(IPAddress address) => 0;

    public RegionFacts RegionOf(IPAddress address) => new("", "");
}
