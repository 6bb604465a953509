using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>The algorithm, parameters, data and target of a proof, search or solve line.</summary>
internal sealed record PowCase(AlgorithmInfo Info, PowParameters Parameters, byte[] Data, uint Height, Target Target, uint Flavour)
{
    private const int EquihashHeaderLength = 140;
    private const uint EquihashAnyInput = 1; // otedama_algo.h, variant

    /// <summary>withSolution: solution= is part of the data (a proof) and not an expectation (solve).</summary>
    public static PowCase Read(VectorCase vector, string? flavour, bool withSolution = true)
    {
        string name = vector.Text("algorithm");
        AlgorithmInfo info = Catalogue.Algorithms().FirstOrDefault(info => info.Name == name)
            ?? throw Unknown(vector, name);
        byte[] data = ReadData(vector, withSolution);
        // A solution set may belong to any input, not only to a header.
        bool isInput = info.Algorithm == Algorithm.Equihash && !withSolution && data.Length != EquihashHeaderLength;
        PowParameters parameters = new(
            (uint)vector.Number("n", 0),
            (uint)vector.Number("k", 0),
            vector.Number("twist", 0) != 0,
            isInput ? EquihashAnyInput : (uint)vector.Number("variant", 0),
            Encoding.ASCII.GetBytes(vector.Find("personal") ?? ""));
        return new PowCase(info, parameters, data, (uint)vector.Number("height", 0), vector.Target(), FlavourOf(info, flavour));
    }

    private static Exception Unknown(VectorCase vector, string name) =>
        Enum.TryParse(name, ignoreCase: true, out Algorithm _) && !int.TryParse(name, CultureInfo.InvariantCulture, out _)
            ? new VectorSkippedException($"this build does not have {name}")
            : vector.Error($"unknown algorithm \"{Hex.Shorten(name)}\"");

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

    private static byte[] ReadData(VectorCase vector, bool withSolution)
    {
        if (vector.Has("header_hash"))
        {
            return ReadKawPow(vector);
        }
        byte[] header = vector.Bytes(vector.Has("header") ? "header" : "data");
        if (!withSolution || !vector.Has("solution"))
        {
            return header;
        }
        byte[] solution = vector.Bytes("solution");
        return [.. header, .. CompactSize(solution.Length), .. solution];
    }

    /// <summary>
    /// Header hash as shown, nonce little-endian, mix: the 72 bytes of otedama_algo.h, or 40 when no mix is claimed.
    /// </summary>
    private static byte[] ReadKawPow(VectorCase vector)
    {
        byte[] nonce = new byte[8];
        string text = vector.Find("nonce") ?? "0";
        if (!ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value))
        {
            throw vector.Error($"nonce={Hex.Shorten(text)} is not hex");
        }
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, value);
        byte[] mix = vector.Has("mix") ? vector.Bytes("mix") : [];
        return [.. vector.Bytes("header_hash"), .. nonce, .. mix];
    }

    private static byte[] CompactSize(int length) => length < 253
        ? [(byte)length]
        : [253, (byte)(length & 0xff), (byte)(length >> 8)]; // throws past 65535, which no solution reaches
}
