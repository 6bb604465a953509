using System.Globalization;
using System.Net;
using System.Text;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The peers a node tells no addresses, kept over a restart: nobody saw them in gossip, so whoever fills our tables
/// while we are away does not know whom to replace. One a line: node id, address:port.
/// </summary>
public static class Anchors
{
    public const int Max = 2;

    private const int BytesMax = 4096;

    /// <summary>On a clean stop.</summary>
    public static void Keep(IFiles files, string path, IReadOnlyList<Anchor> anchors)
    {
        StringBuilder text = new();
        foreach (Anchor anchor in anchors.Take(Max))
        {
            text.Append(CultureInfo.InvariantCulture, $"{anchor.NodeId} {anchor.Place}\n");
        }
        files.WriteWhole(path, Encoding.ASCII.GetBytes(text.ToString()));
    }

    /// <summary>
    /// Reads and deletes them, so that hostile anchors do not come back with every crash. Lines that are none are
    /// passed over: there are other ways to find nodes.
    /// </summary>
    public static IReadOnlyList<Anchor> Take(IFiles files, string path)
    {
        if (!files.Exists(path))
        {
            return [];
        }
        string text = Encoding.ASCII.GetString(files.ReadWhole(path, BytesMax));
        files.Delete(path);
        files.SyncFolder(Path.GetDirectoryName(path)!);
        return [.. text.Split('\n').Select(Read).OfType<Anchor>().Take(Max)];
    }

    private static Anchor? Read(string line)
    {
        string[] parts = line.Split(' ');
        return parts.Length == 2 && parts[0].Length == 2 * NodeId.Size && parts[0].All(char.IsAsciiHexDigit)
            && IPEndPoint.TryParse(parts[1], out IPEndPoint? place) && place.Port > 0
            ? new Anchor(PeerEndpoint.Of(place.Address, place.Port), new NodeId(Convert.FromHexString(parts[0])))
                : null;
    }
}

/// <summary>Where a node was and who it has to be.</summary>
public sealed record Anchor(PeerEndpoint Place, NodeId NodeId);
