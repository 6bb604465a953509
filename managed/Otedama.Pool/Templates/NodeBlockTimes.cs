using System.Text.Json;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>When the coin's blocks were made, asked of the pool's nodes.</summary>
internal sealed class NodeBlockTimes(NodeClientGroup nodes) : IBlockTimes
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    public async ValueTask<ICoinBlocks?> LookAsync(IEnumerable<Hash256> blocks, CancellationToken stop)
    {
        if (nodes.Ready.FirstOrDefault() is not { } node)
        {
            return null;
        }
        Dictionary<Hash256, ulong> times = [];
        foreach (Hash256 block in blocks.Distinct())
        {
            if (await TimeMsAsync(node, block, stop) is { } time)
            {
                times[block] = time;
            }
        }
        ulong tip = 0;
        if (await AskAsync(node, RpcRequest.Create("getbestblockhash"), stop) is { } best)
        {
            using (best)
            {
                string text = new JsonValue(best.Result).GetText(2 * Hash256.Size);
                bool isHash = text.Length == 2 * Hash256.Size && text.All(char.IsAsciiHexDigit);
                tip = isHash ? await TimeMsAsync(node, Hash256.FromDisplay(text), stop) ?? 0 : 0;
            }
        }
        return new Known(times, tip);
    }

    private static async Task<ulong?> TimeMsAsync(NodeClient node, Hash256 block, CancellationToken stop)
    {
        using RpcAnswer? answer = await AskAsync(node, RpcRequest.Create("getblockheader", $"\"{block}\",true"), stop);
        return answer is not null && TimeOf(answer) is { } seconds ? seconds * 1_000UL : null;
    }

    private static ulong? TimeOf(RpcAnswer answer)
    {
        foreach (JsonMember member in new JsonMembers(answer.Result))
        {
            if (member.Name.SequenceEqual("time"u8) && member.Value.TryGetInt64(out long seconds) && seconds >= 0)
            {
                return (ulong)seconds;
            }
        }
        return null;
    }

    private static async Task<RpcAnswer?> AskAsync(NodeClient node, RpcRequest request, CancellationToken stop)
    {
        try
        {
            return await node.Rpc.CallAsync(request, s_timeout, stop);
        }
        catch (Exception exception) when (exception is RpcException or JsonException)
        {
            return null; // a block it does not know, or no answer: nothing is known of it
        }
    }

    private sealed record Known(Dictionary<Hash256, ulong> Times, ulong TipTimeMs) : ICoinBlocks
    {
        public ulong? TimeMsOf(Hash256 block) => Times.TryGetValue(block, out ulong time) ? time : null;
    }
}
