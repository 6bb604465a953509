using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Otedama.Interop;
using Otedama.Tests.App;

namespace Otedama.Tests.Plugins;

/// <summary>
/// Plugins of a few lines. The healthy one's hash is the nonce in the first four bytes and the nonce times a constant
/// in the last four; every part can be replaced by something that misbehaves.
/// </summary>
internal sealed record TinyPlugin
{
    private const int AnswersAt = 0x400;
    private const uint Nonce = 5;

    public string Memory { get; init; } = """(memory (export "memory") 1 64)""";

    public string Describe { get; init; } = """(func (export "otedama_describe") (result i32) (i32.const 0))""";

    public string Prepare { get; init; } = """(func (export "otedama_prepare") (param i32) (result i32) (i32.const 0))""";

    public string Hash { get; init; } = HashOf("(i32.mul (local.get $n) (i32.const 0x9e3779b1))");

    public string More { get; init; } = "";

    public ulong Fuel { get; init; } = 200;

    /// <summary>Changes the description before it is written.</summary>
    public Action<byte[]> Change { get; init; } = static _ => { };

    /// <summary>otedama_hash that runs these instructions first.</summary>
    public static string HashAfter(string instructions) =>
        $"""(func $h (export "otedama_hash") (param $first i32) (param $count i32) (result i32) {instructions} (local.get $count))""";

    /// <summary>otedama_hash whose last word is this expression of $n, the nonce, $count and $i.</summary>
    public static string HashOf(string word) => $"""
        (func $h (export "otedama_hash") (param $first i32) (param $count i32) (result i32)
          (local $i i32) (local $n i32) (local $o i32)
          (loop $next
            (local.set $n (i32.add (local.get $first) (local.get $i)))
            (local.set $o (i32.add (i32.const 16384) (i32.mul (local.get $i) (i32.const 32))))
            (i32.store (local.get $o) (local.get $n))
            (i32.store offset=28 (local.get $o) {word})
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $next (i32.lt_u (local.get $i) (local.get $count))))
          (local.get $count))
        """;

    public static byte[] HashOf(uint nonce)
    {
        byte[] hash = new byte[32];
        BinaryPrimitives.WriteUInt32LittleEndian(hash, nonce);
        BinaryPrimitives.WriteUInt32LittleEndian(hash.AsSpan(28), unchecked(nonce * 0x9e3779b1));
        return hash;
    }

    public string Text()
    {
        byte[] description = new byte[PluginAbi.DescriptionLength];
        uint[] words = [PluginAbi.Magic, 1, 80, 1, 80, 32, 64, 4096, 16384, 0];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(description.AsSpan(i * 4), words[i]);
        }
        BinaryPrimitives.WriteUInt64LittleEndian(description.AsSpan(40), Fuel);
        BinaryPrimitives.WriteUInt64LittleEndian(description.AsSpan(48), Fuel);
        uint[] rest = [0x100, 4, 7, AnswersAt, 1, 0];
        for (int i = 0; i < rest.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(description.AsSpan(56 + (i * 4)), rest[i]);
        }
        Change(description);
        byte[] header = new byte[80];
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(76), Nonce);
        byte[] answer = [.. header, .. HashOf(Nonce)];
        return $"""
            (module {Memory}
              (data (i32.const 0) "{Escaped(description)}")
              (data (i32.const 0x100) "tiny")
              (data (i32.const {AnswersAt}) "{Escaped(answer)}")
              {Describe} {Prepare} {Hash} {More})
            """;
    }

    public WasmPlugin Load(TempFolder folder, PluginLimits? limits = null) => Load(folder, Text(), limits);

    public static WasmPlugin Load(TempFolder folder, string text, PluginLimits? limits = null)
    {
        string path = folder.File("tiny.wat", text);
        return WasmPlugin.Load(path, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), limits);
    }

    private static string Escaped(byte[] bytes) => string.Concat(bytes.Select(static b => $"\\{b:x2}"));
}
