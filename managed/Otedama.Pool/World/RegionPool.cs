namespace Otedama.Pool;

/// <summary>A pool of this operator in a region of its own, this one included.</summary>
public sealed record RegionPool(string Label, string Host, int Port, bool IsTls)
{
    /// <summary>ISO 3166-1 alpha-2 codes of the countries it is for.</summary>
    public IReadOnlyList<string> Countries { get; init; } = [];

    /// <summary>Codes of the continents it is for, where no region names the country.</summary>
    public IReadOnlyList<string> Continents { get; init; } = [];

    /// <summary>How well it suits who is there: 2 by country, 1 by continent, 0 not at all.</summary>
    internal int Suits(RegionFacts facts) =>
        Countries.Contains(facts.Country) || (facts.Country.Length > 0 && Label == facts.Country) ? 2
        : Continents.Contains(facts.Continent) ? 1 : 0;
}
