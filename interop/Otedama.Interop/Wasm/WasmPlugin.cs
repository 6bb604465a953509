using System.Security.Cryptography;

namespace Otedama.Interop;

/// <summary>
/// A hash algorithm that came as a WebAssembly file the configuration trusts by its SHA-256 digest. Compiled once;
/// every thread opens an instance of its own. docs/reference/plugin-abi.md is the contract. Thread-safe.
/// </summary>
public sealed unsafe class WasmPlugin : IDisposable
{
    private readonly nint _engine;
    private readonly WasmModuleHandle _module;

    private WasmPlugin(string path, string digest, PluginLimits limits, byte[] bytes)
    {
        (Path, Digest, Limits) = (path, digest, limits);
        File = System.IO.Path.GetFileName(path);
        _engine = WasmRuntime.Engine(File);
        _module = new WasmModuleHandle(Compile(bytes));
        try
        {
            RefuseImports();
            using PluginInstance instance = Open();
            Info = instance.Info;
        }
        catch
        {
            _module.Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>The file's name; messages name the plugin by it.</summary>
    public string File { get; }

    /// <summary>SHA-256 of the file, 64 lower-case hexadecimal digits.</summary>
    public string Digest { get; }

    public PluginLimits Limits { get; }

    public PluginInfo Info { get; }

    /// <summary>The word for it in configuration and reports: "plugin:NAME".</summary>
    public string AlgorithmName => "plugin:" + Info.Name;

    /// <summary>
    /// Reads the file (binary or text format), compares its digest with the trusted one, compiles it and reads its
    /// description. Nothing of an untrusted file is run or compiled. Throws PluginException.
    /// </summary>
    public static WasmPlugin Load(string path, string trustedSha256, PluginLimits? limits = null)
    {
        limits ??= new PluginLimits();
        limits.Check();
        byte[] bytes = ReadFile(path);
        string digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (!digest.Equals(trustedSha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new PluginException(System.IO.Path.GetFileName(path), PluginFault.Digest,
                $"{path} has the SHA-256 {digest}, the configuration trusts {trustedSha256}",
                "If you trust the file as it is now, put its digest into sha256 of its entry under plugins.");
        }
        return new WasmPlugin(path, digest, limits, bytes);
    }

    /// <summary>The digest of a file, to be compared and trusted by a person. Throws PluginException.</summary>
    public static string DigestOf(string path) => Convert.ToHexStringLower(SHA256.HashData(ReadFile(path)));

    /// <summary>A fresh instance. Throws PluginException.</summary>
    public PluginInstance Open()
    {
        PluginInstance instance = new(File, _engine, _module, Limits);
        if (Info is not null && !SameShape(instance.Info))
        {
            instance.Dispose();
            throw instance.Nonsense("otedama_describe answered differently than at its first call");
        }
        return instance;
    }

    public void Dispose() => _module.Dispose();

    private bool SameShape(PluginInfo other) =>
        (other.Name, other.BatchMax, other.InputAddress, other.OutputAddress, other.FuelPerHash, other.FuelPerPrepare, other.HasVerify)
        == (Info.Name, Info.BatchMax, Info.InputAddress, Info.OutputAddress, Info.FuelPerHash, Info.FuelPerPrepare, Info.HasVerify);

    private static byte[] ReadFile(string path)
    {
        string name = System.IO.Path.GetFileName(path);
        try
        {
            FileInfo info = new(path);
            if (info.Exists && info.Length > PluginLimits.FileBytesMax)
            {
                throw new PluginException(name, PluginFault.File, $"{path} has {info.Length} bytes; at most {PluginLimits.FileBytesMax} are allowed",
                    "Build it without debug information.");
            }
            return System.IO.File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message;
            throw new PluginException(name, PluginFault.File, $"{path} cannot be read: {reason}", "Correct path in its entry under plugins.");
        }
    }

    private nint Compile(byte[] bytes)
    {
        if (bytes.AsSpan().StartsWith("\0asm"u8))
        {
            fixed (byte* wasm = bytes)
            {
                return CompileBinary(wasm, (nuint)bytes.Length);
            }
        }
        wasm_byte_vec_t binary;
        fixed (byte* text = bytes)
        {
            byte none = 0;
            nint error = WasmC.wasmtime_wat2wasm(text == null ? &none : text, (nuint)bytes.Length, &binary);
            if (error != 0)
            {
                throw Invalid("is neither WebAssembly nor its text format", error);
            }
        }
        try
        {
            return CompileBinary(binary.data, binary.size);
        }
        finally
        {
            WasmC.wasm_byte_vec_delete(&binary);
        }
    }

    private nint CompileBinary(byte* wasm, nuint length)
    {
        nint module;
        nint error = WasmC.wasmtime_module_new(_engine, wasm, length, &module);
        return error == 0 ? module : throw Invalid("does not compile", error);
    }

    private PluginException Invalid(string what, nint error) => new(File, PluginFault.Module, $"{what}: {WasmRuntime.TakeError(error)}",
        "Build it for wasm32 without threads, 64-bit memory or relaxed vectors.");

    private void RefuseImports()
    {
        wasm_ptr_vec_t imports;
        WasmC.wasmtime_module_imports(_module.DangerousGetHandle(), &imports);
        string? first = imports.size == 0 ? null
            : $"{WasmRuntime.Text(WasmC.wasm_importtype_module(imports.data[0]))}.{WasmRuntime.Text(WasmC.wasm_importtype_name(imports.data[0]))}";
        WasmC.wasm_importtype_vec_delete(&imports);
        if (first is not null)
        {
            throw new PluginException(File, PluginFault.Module, $"it imports {first}", "A plugin gets nothing from outside, no WASI either: build it without imports.");
        }
    }
}
