using System.Text.Json;
using Otedama.Tests.App;

namespace Otedama.Tests.Asic;

/// <summary>tests/vectors/asic/flash.json.</summary>
internal static class FlashVectors
{
    public static JsonElement Root { get; } = JsonDocument.Parse(Repository.Read("tests/vectors/asic/flash.json")).RootElement;

    public static byte[] Frame(string name) => Convert.FromHexString(Root.GetProperty("esp_slip").EnumerateArray()
        .First(one => one.GetProperty("name").GetString() == name).GetProperty("frame").GetString()!);
}
