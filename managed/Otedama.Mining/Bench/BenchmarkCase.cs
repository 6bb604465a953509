using System.Buffers.Binary;
using System.Globalization;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>What one algorithm is measured with: its parameters, and headers of the shape the network has.</summary>
internal sealed record BenchmarkCase
{
    public required AlgorithmInfo Algorithm { get; init; }

    public AlgorithmFacts Facts => Algorithm.Algorithm.Facts;

    /// <summary>For people; empty where there is nothing to choose.</summary>
    public string Label { get; init; } = "";

    public PowParameters Parameters { get; init; }

    public PowDataset? Dataset { get; init; }

    /// <summary>The data it needs; null when it needs none.</summary>
    public DatasetKind? Data { get; init; }

    public uint Height { get; init; }

    /// <summary>Which data: KawPow's changes with the height.</summary>
    public uint Epoch => Facts.EpochOf(Height);

    /// <summary>Index of Catalogue.Devices; 0 = the processor.</summary>
    public int Device { get; init; }

    public int Intensity { get; init; }

    /// <summary>Measured in place of native code.</summary>
    public WasmPlugin? Plugin { get; init; }

    /// <summary>Why it cannot be measured; null when it can.</summary>
    public string? Skipped { get; init; }

    public static IEnumerable<BenchmarkCase> Of(AlgorithmInfo algorithm, BenchmarkOptions options, BenchmarkDatasets datasets)
    {
        AlgorithmFacts facts = algorithm.Algorithm.Facts;
        BenchmarkCase plain = new() { Algorithm = algorithm, Label = facts.Variant };
        if (facts.Equihash is not null)
        {
            IReadOnlyList<(uint N, uint K)> sizes = options.Equihash.Count > 0 ? options.Equihash : [(96, 5)];
            return sizes.Select(size => plain with
            {
                Label = $"{size.N},{size.K}",
                Parameters = new PowParameters { N = size.N, K = size.K, Twist = size.N == 125 },
            });
        }
        if (facts.HasEpochs)
        {
            string label = string.Create(CultureInfo.InvariantCulture, $"height {options.KawPowHeight}{(options.KawPowFull ? ", full dataset" : "")}");
            DatasetKind data = options.KawPowFull ? DatasetKind.Full : DatasetKind.Light;
            return [datasets.With(plain with { Label = label, Data = data, Height = options.KawPowHeight }, options)];
        }
        return [facts.HasFile ? datasets.With(plain with { Data = DatasetKind.Full }, options) : plain];
    }

    public IScanEngine MakeEngine(FlavourInfo flavour) => Plugin is not null
        ? new PluginScanEngine(Plugin)
        : new NativeScanEngine(PowEngine.Create(Algorithm.Algorithm, Parameters, Dataset, flavour.Index,
            (uint)Device, new PowEngineUse(Intensity)));

    /// <summary>A header to search, different for each thread. Its nonce field holds anything.</summary>
    public byte[] WorkData(int thread) => Facts.Equihash is not null
        ? RandomBytes(thread, KnownProofs.EquihashHeaderLength)
        : Header(thread);

    /// <summary>
    /// A header to check, of the kind that takes the whole effort; null when that needs a proof nobody gave us.
    /// </summary>
    public byte[]? ProofData(int index)
    {
        if (Facts.Equihash is null)
        {
            return Header(index); // KawPow: a mix that is wrong costs as much as one that is right
        }
        return KnownProofs.Equihash(Parameters.N, Parameters.K);
    }

    private byte[] Header(int seed)
    {
        if (Plugin is not null)
        {
            return RandomBytes(seed, Algorithm.DataLengthMax);
        }
        int length = Facts.DataLengthMax;
        if (Facts.Family != HeaderFamily.Verus)
        {
            return RandomBytes(seed, length);
        }
        byte[] header = RandomBytes(0, length);
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x00010004); // the version that has variants
        header[140] = 0xfd;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(141), (ushort)(length - 143));
        header.AsSpan(143, 8).Clear();
        header[143] = 7; // solution version 7: hashed by 2.2
        header[148] = 1; // with one entry that may bind the header's fields, as every block has today
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(length - 15), seed); // shares of a job differ at the end
        return header;
    }

    private static byte[] RandomBytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
