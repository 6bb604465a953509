using System.Text.Json;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>The forms of getblocktemplate (BIP 22, 23).</summary>
internal static class TemplateRequest
{
    /// <summary>Asks for a template; with a long poll id the node answers when there is a better one.</summary>
    public static RpcRequest Create(IReadOnlyList<string> rules, string longPollId)
    {
        string poll = longPollId.Length == 0 ? "" : $",\"longpollid\":{Quote(longPollId)}";
        return RpcRequest.Create(
            "getblocktemplate",
            $"{{\"capabilities\":[\"longpoll\",\"coinbasevalue\",\"workid\"],\"rules\":{Rules(rules)}{poll}}}");
    }

    /// <summary>Asks whether a block without proof of work would be valid.</summary>
    public static RpcRequest Propose(IReadOnlyList<string> rules, AssembledBlock block)
    {
        byte[] tail = System.Text.Encoding.UTF8.GetBytes($"\",\"rules\":{Rules(rules)}}}");
        return RpcRequest.Create(
            "getblocktemplate",
            [(ReadOnlyMemory<byte>)"{\"mode\":\"proposal\",\"data\":\""u8.ToArray(), block.HeadHex, block.TailHex, tail]);
    }

    public static RpcRequest Submit(AssembledBlock block)
    {
        string workId = block.WorkId.Length == 0 ? "" : $",{{\"workid\":{Quote(block.WorkId)}}}";
        byte[] tail = System.Text.Encoding.UTF8.GetBytes("\"" + workId);
        return RpcRequest.Create("submitblock", [(ReadOnlyMemory<byte>)"\""u8.ToArray(), block.HeadHex, block.TailHex, tail]);
    }

    private static string Rules(IReadOnlyList<string> rules) => $"[{string.Join(',', rules.Select(Quote))}]";

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
