using System.Text.Json;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>The forms of getblocktemplate (BIP 22, 23).</summary>
internal static class TemplateRequest
{
    /// <summary>Asks for a template; with a long poll id the node answers when there is a better one.</summary>
    /// <param name="payees">
    /// Whom the node's coinbase should pay, in proportion (Verus); null where coinbases are ours. At least one: without any the
    /// node would use a distribution that was set some other time.
    /// </param>
    public static RpcRequest Create(IReadOnlyList<string> rules, string longPollId, IReadOnlyList<(string Address, Amount Weight)>? payees = null)
    {
        string poll = longPollId.Length == 0 ? "" : $",\"longpollid\":{Quote(longPollId)}";
        string distribution = payees is null ? ""
            : $",\"miningdistribution\":{{{string.Join(',', payees.Select(static payee => $"{Quote(payee.Address)}:{payee.Weight.ToString()}"))}}}";
        return RpcRequest.Create(
            "getblocktemplate",
            $"{{\"capabilities\":[\"longpoll\",\"coinbasevalue\",\"workid\"],\"rules\":{Rules(rules)}{poll}{distribution}}}");
    }

    /// <summary>Asks whether a block without proof of work would be valid.</summary>
    public static RpcRequest Propose(IReadOnlyList<string> rules, AssembledBlock block)
    {
        byte[] tail = System.Text.Encoding.UTF8.GetBytes($"\",\"rules\":{Rules(rules)}}}");
        return RpcRequest.Create(
            "getblocktemplate",
            [(ReadOnlyMemory<byte>)"{\"mode\":\"proposal\",\"data\":\""u8.ToArray(), block.HeadHex, block.TailHex, tail]);
    }

    /// <param name="method">As the coin's family calls it.</param>
    public static RpcRequest Submit(AssembledBlock block, string method = "submitblock")
    {
        string workId = block.WorkId.Length == 0 ? "" : $",{{\"workid\":{Quote(block.WorkId)}}}";
        byte[] tail = System.Text.Encoding.UTF8.GetBytes("\"" + workId);
        return RpcRequest.Create(method, [(ReadOnlyMemory<byte>)"\""u8.ToArray(), block.HeadHex, block.TailHex, tail]);
    }

    private static string Rules(IReadOnlyList<string> rules) => $"[{string.Join(',', rules.Select(Quote))}]";

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
