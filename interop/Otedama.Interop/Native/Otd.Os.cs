using System.Runtime.InteropServices;

namespace Otedama.Interop;

/// <summary>The verbs of otedama_os.h, letter for letter.</summary>
internal static unsafe partial class Otd
{
    [LibraryImport(Library)]
    public static partial int otd_thread_set_affinity(uint cpu);

    [LibraryImport(Library)]
    public static partial int otd_thread_set_priority(int nice);
}
