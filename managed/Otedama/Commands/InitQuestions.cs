using Otedama.Core;
using Otedama.Mining;

namespace Otedama;

/// <summary>
/// The questions of `otedama init`. Every answer is checked by the setting it is for and asked again when it is wrong.
/// </summary>
internal sealed class InitQuestions(TextReader input, TextWriter output, Func<string?>? readSecret)
{
    private const int TriesMax = 5;

    private readonly Dictionary<Setting, string> _answers = [];

    /// <summary>The settings to write and their values as text of the file. Throws CommandException.</summary>
    public static Dictionary<Setting, string> Ask(Surroundings outside)
    {
        InitQuestions questions = new(outside.In, outside.Error, outside.ReadSecret);
        questions.AskAll();
        return questions._answers;
    }

    private void AskAll()
    {
        output.WriteLine("What is this machine to do?");
        output.WriteLine("  1  mine on a pool");
        output.WriteLine("  2  serve miners: a pool for the coin of a node of yours");
        output.WriteLine("  3  try it: an embedded test chain, a pool and a miner, all on this machine");
        switch (Question("1, 2 or 3", "3", isSecret: false, static text => text is "1" or "2" or "3" ? null : "is none of 1, 2 and 3"))
        {
            case "1":
                AskRig();
                break;
            case "2":
                AskPool();
                break;
            default:
                Take(Settings.CpuThreads, "Processor threads to mine with; 0 = all", "0");
                break;
        }
    }

    private void AskRig()
    {
        _answers[Settings.PoolEnabled] = "false";
        Take(Settings.MiningPools, "Address of the pool, such as stratum+tcp://pool.example:3333", "", static text =>
            PoolUrl.TryParse(text, out _, out string? error) ? null : error);
        Take(Settings.Wallet, "Your address (or your account at the pool); it is paid", "", static text => text.Length > 0 ? null : "is empty");
        Take(Settings.MiningAlgorithms, $"Algorithm: {string.Join(", ", AlgorithmChoice.Known)}", "sha256d");
        Take(Settings.WorkerName, "Name of this machine on the pool", "rig1");
        Take(Settings.CpuThreads, "Processor threads to mine with; 0 = all", "0");
    }

    private void AskPool()
    {
        _answers[Settings.NodeMode] = "external";
        string coin = Take(Settings.NodeCoin, $"Coin: {Settings.NodeCoin.Allowed["one of ".Length..]}", "btc");
        string[] networks = [.. CoinCatalogue.All.Where(c => c.Name == coin).Select(static c => c.Network)];
        string network = Take(Settings.NodeNetwork, $"Network: {string.Join(", ", networks)}", "main", text =>
            networks.Contains(text) ? null : $"is none of {string.Join(", ", networks)}");
        Take(Settings.NodeUrls, "Address of the node's JSON-RPC", "http://127.0.0.1:8332", static text =>
            Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" ? null : "is not an address such as http://127.0.0.1:8332");
        if (Take(Settings.NodeCookie, "Cookie file of the node, such as /home/me/.bitcoin/.cookie; empty = user and password", "").Length == 0)
        {
            Take(Settings.NodeUser, "JSON-RPC user", "");
            Take(Settings.NodePassword, "JSON-RPC password", "");
        }
        CoinSpec spec = CoinCatalogue.Find(coin, network)!;
        Take(Settings.PoolAddress, $"Your {spec.DisplayName} address; it gets the pool's fee", "", text =>
            Address.TryDecode(text, spec, out _, out string error) ? null : error);
        Take(Settings.PoolFee, "Fee in percent", "1.0");
        Take(Settings.PoolMinPayout, "Smallest payout in coins", "0.1");
        Take(Settings.PoolHost, "Address to listen on; 0.0.0.0 = miners of other machines can connect", "127.0.0.1", static text =>
            System.Net.IPAddress.TryParse(text, out _) ? null : "is not an IP address");
        Take(Settings.PoolPort, "Port for miners", "3333");
        Take(Settings.MiningEnabled, "Mine on this machine too: true or false", "false");
    }

    /// <summary>Asks for a setting and notes the answer; an empty one leaves the default of the program.</summary>
    private string Take(Setting setting, string question, string preset, Func<string, string?>? check = null)
    {
        string text = Question(question, preset, setting.Secret, answer =>
            answer.Any(char.IsControl) ? "holds a control character"
            : answer.Length > 0 && setting.TryRead(new RawScalar(answer), out _) is { } problem ? problem
            : check?.Invoke(answer));
        if (text.Length > 0)
        {
            _answers[setting] = Written(setting, text);
        }
        return text;
    }

    /// <summary>What is secret is typed unseen on a terminal and never written back.</summary>
    private string Question(string question, string preset, bool isSecret, Func<string, string?> problemOf)
    {
        for (int i = 0; i < TriesMax; i++)
        {
            output.Write($"{question}{(preset.Length > 0 ? $" [{preset}]" : "")}: ");
            string? line = isSecret && readSecret is not null ? Unseen(readSecret) : input.ReadLine();
            string answer = line?.Trim() is { Length: > 0 } given ? given : preset;
            if (problemOf(answer) is not { } problem)
            {
                return answer;
            }
            output.WriteLine($"{(isSecret ? "The answer" : $"\"{SettingTypes.Shorten(answer)}\":")} {problem}.");
            if (line is null)
            {
                throw new CommandException(ExitCode.Usage, $"The input ended at the question \"{question}\", which needs an answer. Nothing was written.");
            }
        }
        throw new CommandException(ExitCode.Usage, $"No usable answer to \"{question}\" in {TriesMax} tries. Nothing was written.");
    }

    private string? Unseen(Func<string?> readSecret)
    {
        string? line = readSecret();
        output.WriteLine(); // Enter was not shown either
        return line;
    }

    /// <summary>
    /// A value as YAML: plain where nothing can go wrong, quoted otherwise, and one entry where a list is wanted.
    /// </summary>
    private static string Written(Setting setting, string text)
    {
        string quoted = $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
        return setting.TypeName switch
        {
            "integer" or "number" or "coins" or "switch" or "choice" => text,
            "text" or "path" => quoted,
            _ => $"[{quoted}]",
        };
    }
}
