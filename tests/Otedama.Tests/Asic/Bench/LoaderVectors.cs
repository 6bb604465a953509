using System.Text.Json;
using Otedama.Tests.App;

namespace Otedama.Tests.Asic;

/// <summary>tests/vectors/asic/loaders.json: files and packets checked with dfu-util, dfu-suffix and by computation.</summary>
internal static class LoaderVectors
{
    private static readonly JsonElement s_root = JsonDocument.Parse(Repository.Read("tests/vectors/asic/loaders.json")).RootElement;

    public static JsonElement At(string path) => path.Split('/').Aggregate(s_root, static (at, name) => at.GetProperty(name));

    public static string Text(string path) => At(path).GetString()!;

    public static byte[] Bytes(string path) => Convert.FromHexString(Text(path));
}
