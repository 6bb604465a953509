using System.Buffers.Binary;
using System.Text;

namespace Otedama.Interop;

/// <summary>The numbers of docs/reference/plugin-abi.md, and the reader of a plugin's description.</summary>
public static class PluginAbi
{
    public const uint Version = 1;

    /// <summary>"OTDP" as the first four bytes of the description.</summary>
    public const uint Magic = 0x5044544f;

    public const int DescriptionLength = 80;

    /// <summary>The 80-byte header of the Bitcoin family with a 32-bit nonce at offset 76.</summary>
    public const uint FamilyBitcoin = 1;

    public const int HeaderLength = 80;

    public const int NonceOffset = 76;

    public const int HashLength = 32;

    public const int BatchLimit = 65_536;

    public const int AnswersMax = 256;

    public const int NameMax = 32;

    /// <summary>Fuel of every call beyond what the plugin declares, for its loop and its prologue.</summary>
    internal const ulong FuelSpare = 100_000;

    /// <summary>Fuel of the start function and of otedama_describe.</summary>
    internal const ulong FuelDescribe = 100_000_000;

    /// <summary>Checks and reads the description at that address. Throws PluginException.</summary>
    internal static PluginInfo Read(ReadOnlySpan<byte> memory, int address, bool hasVerify, Func<string, PluginException> refuse)
    {
        uint at = unchecked((uint)address);
        if (!IsInside(at, DescriptionLength, memory))
        {
            throw refuse($"otedama_describe returned {at}, where {DescriptionLength} bytes do not fit the memory of {memory.Length}");
        }
        ReadOnlySpan<byte> description = memory.Slice((int)at, DescriptionLength);
        Require(Word(description, 0) == Magic, "the description does not begin with the bytes OTDP");
        Require(Word(description, 4) == Version, $"the plugin was written for ABI {Word(description, 4)}, this program speaks ABI {Version}");
        Require(Word(description, 8) == DescriptionLength, $"the description says it is {Word(description, 8)} bytes long; ABI {Version} has {DescriptionLength}");
        Require(Word(description, 12) == FamilyBitcoin, $"header family {Word(description, 12)} is unknown; allowed is {FamilyBitcoin} (80-byte Bitcoin header)");
        Require(Word(description, 16) == HeaderLength, $"the input length is {Word(description, 16)}; headers of family 1 have {HeaderLength} bytes");
        Require(Word(description, 20) == HashLength, $"the hash length is {Word(description, 20)}; allowed is {HashLength}");
        uint batch = Word(description, 24);
        Require(batch is >= 1 and <= BatchLimit, $"the batch size is {batch}; allowed are 1 to {BatchLimit}");
        uint input = Word(description, 28);
        uint output = Word(description, 32);
        uint inputLength = HeaderLength * (hasVerify ? batch : 1);
        Require(IsInside(input, inputLength, memory), $"the input buffer of {inputLength} bytes at {input} does not fit the memory of {memory.Length}");
        Require(IsInside(output, HashLength * batch, memory), $"the output buffer of {HashLength * batch} bytes at {output} does not fit the memory of {memory.Length}");
        Require((ulong)input + inputLength <= output || (ulong)output + (HashLength * batch) <= input, "the input and output buffers overlap");
        Require(Word(description, 36) == 0, $"the flags are {Word(description, 36):x8}; ABI {Version} has none");
        ulong hashFuel = BinaryPrimitives.ReadUInt64LittleEndian(description[40..]);
        ulong prepareFuel = BinaryPrimitives.ReadUInt64LittleEndian(description[48..]);
        Require(hashFuel is >= 1 and <= PluginLimits.FuelMax, $"fuel per hash is {hashFuel}; allowed are 1 to {PluginLimits.FuelMax}");
        Require(prepareFuel is >= 1 and <= PluginLimits.FuelMax, $"fuel per prepare is {prepareFuel}; allowed are 1 to {PluginLimits.FuelMax}");
        return new PluginInfo
        {
            Name = ReadName(memory, Word(description, 56), Word(description, 60), refuse),
            Version = Word(description, 64),
            InputLength = HeaderLength,
            BatchMax = (int)batch,
            FuelPerHash = hashFuel,
            FuelPerPrepare = prepareFuel,
            HasVerify = hasVerify,
            Answers = ReadAnswers(memory, Word(description, 68), Word(description, 72), refuse),
            InputAddress = input,
            OutputAddress = output,
        };

        void Require(bool condition, string problem)
        {
            if (!condition)
            {
                throw refuse(problem);
            }
        }
    }

    private static string ReadName(ReadOnlySpan<byte> memory, uint address, uint length, Func<string, PluginException> refuse)
    {
        if (length is < 1 or > NameMax || !IsInside(address, length, memory))
        {
            throw refuse($"the name has {length} bytes at {address}; 1 to {NameMax} bytes inside the memory are allowed");
        }
        ReadOnlySpan<byte> name = memory.Slice((int)address, (int)length);
        return name.ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-_."u8)
            ? throw refuse("the name may have only a-z, 0-9, '-', '_' and '.'")
            : Encoding.ASCII.GetString(name);
    }

    private static List<PluginAnswer> ReadAnswers(ReadOnlySpan<byte> memory, uint address, uint count, Func<string, PluginException> refuse)
    {
        const int Length = HeaderLength + HashLength;
        if (count is < 1 or > AnswersMax || !IsInside(address, count * Length, memory))
        {
            throw refuse($"{count} known answers at {address}; 1 to {AnswersMax} inside the memory are required");
        }
        List<PluginAnswer> answers = [];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> answer = memory.Slice((int)address + (i * Length), Length);
            answers.Add(new PluginAnswer(answer[..HeaderLength].ToArray(), answer[HeaderLength..].ToArray()));
        }
        return answers;
    }

    private static bool IsInside(uint address, ulong length, ReadOnlySpan<byte> memory) => address + length <= (ulong)memory.Length;

    private static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
