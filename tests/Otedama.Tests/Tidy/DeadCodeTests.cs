using System.Text.RegularExpressions;
using Xunit;

namespace Otedama.Tests.Tidy;

/// <summary>What is declared and named nowhere else is gone. A count of words, so a name that lives twice is not found.</summary>
public sealed partial class DeadCodeTests
{
    /// <summary>The simulation is being built: what it offers has no user yet.</summary>
    private const string Growing = "managed/Otedama/Chaos/Simulation/";

    /// <summary>Members that something else than our source names, and what.</summary>
    private static readonly Dictionary<string, string> s_named = new()
    {
        ["CpuMicroseconds"] = "JSON", // of benchmark answers
        ["PerThread"] = "JSON",
        ["CreateContext"] = "IHttpApplication",
        ["DisposeContext"] = "IHttpApplication",
        ["ProcessRequestAsync"] = "IHttpApplication",
        ["BeginScope"] = "ILogger",
        ["GetMemory"] = "IBufferWriter",
        ["GetEnumerator"] = "foreach",
        ["BinaryNumbers"] = "extension methods",
        ["AlgorithmNames"] = "extension methods",
        ["P2pPort"] = "settings registry", // and so the next two
        ["P2pMaxPeers"] = "settings registry",
        ["ZkpEnabled"] = "settings registry",
        ["P2pListen"] = "settings registry", // and so the next eleven, until the peers are in the executable
        ["P2pExternal"] = "settings registry",
        ["P2pMaxInbound"] = "settings registry",
        ["P2pMaxOutbound"] = "settings registry",
        ["P2pAllow"] = "settings registry",
        ["P2pMemory"] = "settings registry",
        ["P2pNat"] = "settings registry",
        ["P2pPrivate"] = "settings registry",
        ["RegionDatabase"] = "settings registry",
        ["AsnDatabase"] = "settings registry",
        ["RegionLabel"] = "settings registry",
        ["OTD_BATCH_MAX"] = "otedama.h", // the border has all of a header or a wrong one
        ["OTD_PROOF_MAX"] = "otedama.h",
        ["OTD_SERIAL_PATH_MAX"] = "otedama_os.h",
        ["otd_close"] = "otedama.h",
        ["TrapMemoryOutOfBounds"] = "wasm.h",
        ["TrapStackOverflow"] = "wasm.h",
    };

    [Fact]
    public void Every_declared_name_is_used()
    {
        Dictionary<string, int> words = [];
        Dictionary<string, (int Count, string Path)> declared = [];
        foreach (string path in SourceTree.Files("*.cs"))
        {
            string text = Comments().Replace(SourceTree.Read(path), "");
            foreach (Match word in Words().Matches(text))
            {
                words[word.Value] = words.GetValueOrDefault(word.Value) + 1;
            }
            if (!path.StartsWith("tests/", StringComparison.Ordinal) && !path.StartsWith(Growing, StringComparison.Ordinal))
            {
                foreach (Match member in Members().Matches(text))
                {
                    string name = member.Groups["name"].Value;
                    declared[name] = (declared.GetValueOrDefault(name).Count + 1, path);
                }
            }
        }
        string[] dead = [.. declared.Where(member => words[member.Key] <= member.Value.Count && !s_named.ContainsKey(member.Key))
            .Select(static member => $"{member.Value.Path}: {member.Key}").Order(StringComparer.Ordinal)];
        Assert.True(dead.Length == 0, $"declared and never used; remove it, or say who uses it:\n{string.Join('\n', dead)}");
    }

    [GeneratedRegex(@"(?<!:)//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"[A-Za-z_]\w*")]
    private static partial Regex Words();

    /// <summary>Methods, properties, constants and types; not fields, which the compiler watches, and not overrides.</summary>
    [GeneratedRegex(
        @"^ *(?:(?:public|internal|private|protected|static|const|abstract|sealed|virtual|async|partial|required|readonly|unsafe) )+"
            + @"(?:(?!new |override )[\w.]+(?:<[^;={}()\n]*>)?(?:\[,*\])?\??(?:\*)? )+(?<name>[A-Za-z]\w*) ?(?=\(|=|\{|$|<\w+>\()",
        RegexOptions.Multiline)]
    private static partial Regex Members();
}
