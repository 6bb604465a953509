using System.Text;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Nodes kept for the next start: a line each, id and address. What cannot be read is passed over: they are hints,
/// and asked before they are believed.
/// </summary>
internal static class SavedNodes
{
    public const int NodesMax = 200;

    private const int BytesMax = 32 * 1_024;

    public static List<KrpcNode> Load(IFiles files, string path)
    {
        List<KrpcNode> nodes = [];
        if (path.Length == 0 || !files.Exists(path))
        {
            return nodes;
        }
        foreach (string line in Encoding.ASCII.GetString(files.ReadWhole(path, BytesMax)).Split('\n').Take(NodesMax))
        {
            if (line.Split(' ') is [string id, string address]
                && DhtId.TryParse(id, out DhtId node) && CompactEndpoint.TryParse(address, out PeerEndpoint endpoint))
            {
                nodes.Add(new KrpcNode(node, endpoint));
            }
        }
        return nodes;
    }

    /// <summary>
    /// Those whose ids fit their addresses first, then by when they answered. Throws as the files do.
    /// </summary>
    public static void Save(IFiles files, string path, IEnumerable<RoutingEntry> entries)
    {
        StringBuilder text = new();
        foreach (RoutingEntry entry in entries
            .OrderByDescending(static e => e.IsValid).ThenByDescending(static e => e.RepliedAt).Take(NodesMax))
        {
            text.Append(entry.Node.Id).Append(' ').Append(entry.Node.Endpoint).Append('\n');
        }
        files.CreateFolder(Path.GetDirectoryName(path)!);
        files.WriteWhole(path, Encoding.ASCII.GetBytes(text.ToString()));
    }
}
