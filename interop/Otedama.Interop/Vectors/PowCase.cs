using System.Globalization;
using System.Text;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>The algorithm, parameters, data and target of a proof, search or solve line.</summary>
internal sealed record PowCase(AlgorithmInfo Info, PowParameters Parameters, byte[] Data, uint Height, Target Target, uint Flavour)
{
    private const uint EquihashAnyInput = 1; // otedama_algo.h, variant
    private const uint EquihashDefaultN = 125;

    /// <summary>Equihash parameter sets by n.</summary>
    private static readonly Dictionary<uint, uint> s_equihashK = new()
    {
        [200] = 9,
        [192] = 7,
        [144] = 5,
        [125] = 4,
        [96] = 5,
        [48] = 5,
    };

    /// <summary>withSolution: solution= is part of the data (a proof) and not an expectation (solve).</summary>
    public static PowCase Read(VectorCase vector, string? flavour, bool withSolution = true)
    {
        AlgorithmInfo info = Find(vector, vector.Text("algorithm"));
        Refuse(vector, info);
        byte[] given = PowData.Base(vector);
        uint height = 0;
        PowParameters parameters = new(vector.Number32("n"), vector.Number32("k"), false, Variant(vector), default);
        byte[] data;
        AlgorithmFacts facts = info.Algorithm.Facts;
        if (facts.HasMix)
        {
            (data, height) = KawPowData.Read(vector, given);
        }
        else if (facts.Equihash is not null)
        {
            parameters = Equihash(vector, parameters);
            data = PowData.Equihash(vector, given, withSolution, IndexBits(parameters));
            // A solution set may belong to any input, not only to a header.
            bool isInput = vector.Has("input") || (!withSolution && data.Length != PowData.EquihashHeaderLength);
            parameters = parameters with { Variant = isInput ? EquihashAnyInput : 0 };
        }
        else
        {
            data = facts.Variant.Length > 0 ? PowData.Verus(vector, given) : PowData.Header80(vector, given);
        }
        Target target = vector.Target(PowData.HeaderBits(vector, info.Algorithm, given));
        return new PowCase(info, parameters, data, height, target, FlavourOf(info, flavour));
    }

    /// <summary>The solutions a solve line lists, packed: solution= as hex, indices= as numbers.</summary>
    public IEnumerable<string> Solutions(VectorCase vector) =>
    [
        .. vector.All("solution").Select(text => Hex.Encode(vector.ParseBytes("solution", text))),
        .. vector.All("indices").Select(text => Hex.Encode(PowData.PackIndices(vector, text, IndexBits(Parameters)))),
    ];

    private static uint IndexBits(PowParameters parameters) => (parameters.N / (parameters.K + 1)) + 1;

    private static AlgorithmInfo Find(VectorCase vector, string given)
    {
        string name = given.ToLowerInvariant() is "zelhash" or "flux" ? "equihash" : given.ToLowerInvariant();
        if (Catalogue.Algorithms().FirstOrDefault(info => info.Name == name) is { } found)
        {
            return found;
        }
        throw Enum.TryParse(name, ignoreCase: true, out Algorithm _) && !int.TryParse(name, CultureInfo.InvariantCulture, out _)
            ? new VectorSkippedException($"this build does not have {name}")
            : vector.Error($"unknown algorithm \"{Hex.Shorten(given)}\"");
    }

    /// <summary>
    /// A key that another algorithm knows would be passed over in silence, and with it what it was to prove.
    /// </summary>
    private static void Refuse(VectorCase vector, AlgorithmInfo info)
    {
        foreach (string key in AlgorithmFacts.All.SelectMany(static facts => facts.VectorKeys).Distinct())
        {
            if (vector.Has(key) && !info.Algorithm.Facts.VectorKeys.Contains(key))
            {
                throw vector.Error($"{key}= says nothing about {info.Name}");
            }
        }
    }

    private static uint Variant(VectorCase vector) => vector.Find("variant") switch
    {
        null => 0,
        "1.0" => 10,
        "2.0" => 20,
        "2.1" => 21,
        "2.2" => 22,
        "2.0-plain" => 29,
        _ => vector.Number32("variant"),
    };

    /// <summary>n alone says k; the twist belongs to 125,4 unless twist=0 says otherwise.</summary>
    private static PowParameters Equihash(VectorCase vector, PowParameters given)
    {
        uint n = given.N == 0 && given.K == 0 ? EquihashDefaultN : given.N;
        uint k = given.K != 0 ? given.K : s_equihashK.GetValueOrDefault(n);
        if (!s_equihashK.TryGetValue(n, out uint known) || known != k)
        {
            throw vector.Error($"n={n} k={k}; allowed {string.Join(' ', s_equihashK.Select(set => $"{set.Key},{set.Value}"))}");
        }
        bool twist = vector.Number32("twist", n == EquihashDefaultN ? 1u : 0) != 0;
        return given with { N = n, K = k, Twist = twist, Personal = Encoding.ASCII.GetBytes(vector.Find("personal") ?? "") };
    }

    private static uint FlavourOf(AlgorithmInfo info, string? name)
    {
        if (name is null)
        {
            return 0;
        }
        FlavourInfo flavour = info.Flavours.FirstOrDefault(flavour => flavour.Name == name)
            ?? throw new VectorSkippedException($"{info.Name} has no flavour {name}");
        return flavour.Supported
            ? flavour.Index
            : throw new VectorSkippedException($"this CPU cannot run {info.Name} flavour {name}");
    }
}
