using System.Text.Json;
using Otedama.Asic;
using Otedama.Core;
using Otedama.Tests.App;

namespace Otedama.Tests.Asic;

/// <summary>tests/vectors/asic/chips.json.</summary>
internal static class ChipVectors
{
    public static JsonElement All { get; } = JsonDocument.Parse(Repository.Read("tests/vectors/asic/chips.json")).RootElement;

    public static JsonElement Known(string name) => All.GetProperty("known").EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);

    public static string Said(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static byte[] Bytes(this JsonElement element, string name) => Hex.Decode(element.Said(name));

    public static uint Word(string hex) => Convert.ToUInt32(hex, 16);

    public static ChipReply Reply(byte[] frame)
    {
        ReplyReader reader = new(frame.Length);
        frame.CopyTo(reader.Room());
        reader.Added(frame.Length);
        return reader.TryRead(out ChipReply reply) ? reply : throw new FormatException($"no reply: {Hex.Encode(frame)}");
    }
}
