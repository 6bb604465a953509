using System.Text.Json;
using Otedama.Tests.App;

namespace Otedama.Tests.Asic;

/// <summary>tests/vectors/asic/boards.json.</summary>
internal static class BoardVectors
{
    private static readonly JsonDocument s_file = JsonDocument.Parse(Repository.Read("tests/vectors/asic/boards.json"));

    public static JsonElement Of(string key) => s_file.RootElement.GetProperty(key);

    public static byte[] Hex(this JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);
}
