using System.Buffers.Binary;
using System.Globalization;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>What one algorithm is measured with: its parameters, and headers of the shape the network has.</summary>
internal sealed record BenchmarkCase
{
    private const int VerusHeaderLength = 1487;
    private const uint KawPowEpochLength = 7500;

    public required AlgorithmInfo Algorithm { get; init; }

    /// <summary>For people; empty where there is nothing to choose.</summary>
    public string Label { get; init; } = "";

    public PowParameters Parameters { get; init; }

    public PowDataset? Dataset { get; init; }

    /// <summary>The data it needs; null when it needs none.</summary>
    public DatasetKind? Data { get; init; }

    public uint Height { get; init; }

    /// <summary>Which data: KawPow's changes with the height.</summary>
    public uint Epoch => Algorithm.Algorithm == Core.Algorithm.KawPow ? Height / KawPowEpochLength : 0;

    /// <summary>Measured in place of native code.</summary>
    public WasmPlugin? Plugin { get; init; }

    /// <summary>Why it cannot be measured; null when it can.</summary>
    public string? Skipped { get; init; }

    public static IEnumerable<BenchmarkCase> Of(AlgorithmInfo algorithm, BenchmarkOptions options, BenchmarkDatasets datasets)
    {
        switch (algorithm.Algorithm)
        {
            case Core.Algorithm.Equihash:
                IReadOnlyList<(uint N, uint K)> sizes = options.Equihash.Count > 0 ? options.Equihash : [(96, 5)];
                return sizes.Select(size => new BenchmarkCase
                {
                    Algorithm = algorithm,
                    Label = $"{size.N},{size.K}",
                    Parameters = new PowParameters { N = size.N, K = size.K, Twist = size.N == 125 },
                });
            case Core.Algorithm.KawPow:
                string label = string.Create(CultureInfo.InvariantCulture, $"height {options.KawPowHeight}{(options.KawPowFull ? ", full dataset" : "")}");
                DatasetKind data = options.KawPowFull ? DatasetKind.Full : DatasetKind.Light;
                return [datasets.With(new BenchmarkCase { Algorithm = algorithm, Label = label, Data = data, Height = options.KawPowHeight }, options)];
            case Core.Algorithm.Verthash:
                return [datasets.With(new BenchmarkCase { Algorithm = algorithm, Data = DatasetKind.Full }, options)];
            case Core.Algorithm.VerusHash:
                return [new BenchmarkCase { Algorithm = algorithm, Label = "2.2" }];
            default:
                return [new BenchmarkCase { Algorithm = algorithm }];
        }
    }

    public IScanEngine MakeEngine(FlavourInfo flavour) => Plugin is not null
        ? new PluginScanEngine(Plugin)
        : new NativeScanEngine(PowEngine.Create(Algorithm.Algorithm, Parameters, Dataset, flavour.Index));

    /// <summary>A header to search, different for each thread. Its nonce field holds anything.</summary>
    public byte[] WorkData(int thread) => Algorithm.Algorithm == Core.Algorithm.Equihash
        ? RandomBytes(thread, KnownProofs.EquihashHeaderLength)
        : Header(thread);

    /// <summary>A header to check, of the kind that takes the whole effort; null when that needs a proof nobody gave us.</summary>
    public byte[]? ProofData(int index)
    {
        if (Algorithm.Algorithm != Core.Algorithm.Equihash)
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
        if (Algorithm.Algorithm != Core.Algorithm.VerusHash)
        {
            return RandomBytes(seed, Algorithm.Algorithm == Core.Algorithm.KawPow ? 72 : 80);
        }
        byte[] header = RandomBytes(0, VerusHeaderLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x00010004); // the version that has variants
        header[140] = 0xfd;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(141), VerusHeaderLength - 143);
        header.AsSpan(143, 8).Clear();
        header[143] = 7; // solution version 7: hashed by 2.2
        header[148] = 1; // with one entry that may bind the header's fields, as every block has today
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(VerusHeaderLength - 15), seed); // shares of a job differ at the end
        return header;
    }

    private static byte[] RandomBytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
