using System.Text.Json;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>
/// A loader for the chip's memory, of the operator's own: faster than the ROM's, and it reads flash. The file is JSON
/// with entry, text, text_start, data, data_start and, for its size only, bss_start: code and data in base64, addresses
/// as numbers, as flashing tools of the chip's maker carry it. None comes with this program.
/// </summary>
public sealed record EspStub(uint Entry, byte[] Text, uint TextStart, byte[] Data, uint DataStart)
{
    /// <summary>Bytes of a file that is read; known ones have 12 KiB.</summary>
    public const int FileMax = 256 << 10;

    /// <summary>Memory of an ESP32-S3 that code runs from.</summary>
    private const uint CodeFirst = 0x4037_0000, CodeEnd = 0x403E_0000;

    /// <summary>The same memory, as data sees it.</summary>
    private const uint DataFirst = 0x3FC8_8000, DataEnd = 0x3FD0_0000;

    /// <summary>Throws InvalidDataException with what is wrong with the file.</summary>
    public static EspStub Open(string path)
    {
        try
        {
            return Parse(GivenFile.ReadAll(path, FileMax), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidDataException($"The stub {path} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>The same of its bytes.</summary>
    public static EspStub Parse(ReadOnlyMemory<byte> json, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            EspStub stub = new(Number(root, "entry"), Bytes(root, "text"), Number(root, "text_start"),
                root.TryGetProperty("data", out _) ? Bytes(root, "data") : [],
                root.TryGetProperty("data_start", out _) ? Number(root, "data_start") : DataFirst);
            string? wrong = stub.Text.Length == 0 ? "text is empty"
                : !Inside(stub.TextStart, stub.Text.Length, CodeFirst, CodeEnd)
                ? $"text_start {stub.TextStart:X8}h with {stub.Text.Length} bytes; {CodeFirst:X8}h to "
                    + $"{CodeEnd - 1:X8}h is allowed"
                : stub.Entry < stub.TextStart || stub.Entry >= stub.TextStart + stub.Text.Length
                ? $"entry {stub.Entry:X8}h lies outside of its text"
                : !Inside(stub.DataStart, stub.Data.Length, DataFirst, DataEnd)
                ? $"data_start {stub.DataStart:X8}h with {stub.Data.Length} bytes; {DataFirst:X8}h to "
                    + $"{DataEnd - 1:X8}h is allowed"
                : null;
            return wrong is null ? stub : throw Wrong(name, wrong);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException
            or KeyNotFoundException)
        {
            throw Wrong(name, e.Message.TrimEnd('.'));
        }
    }

    private static uint Number(JsonElement root, string name) => root.GetProperty(name).GetUInt32();

    private static byte[] Bytes(JsonElement root, string name) => root.GetProperty(name).GetBytesFromBase64();

    private static bool Inside(uint start, int length, uint first, uint end) =>
        start >= first && start + (long)length <= end;

    private static InvalidDataException Wrong(string name, string why) =>
        new($"The stub {name} is none for an ESP32-S3: {why}. Give the JSON form with entry, text, text_start, data "
            + "and data_start, or leave --stub out: the chip's own loader writes too.");
}
