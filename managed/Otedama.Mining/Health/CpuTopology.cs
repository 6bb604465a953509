namespace Otedama.Mining;

/// <summary>How the machine's processors are built, as the kernel shows it. Null where it does not.</summary>
/// <param name="Sockets">Physical packages.</param>
/// <param name="Cores">Each with one hardware thread or more.</param>
/// <param name="L3Domains">Groups of cores that share a last-level cache: work that shares data is best kept inside one.</param>
public sealed record CpuTopology(int? Sockets, int? Cores, int? L3Domains)
{
    /// <param name="root">Folder that holds sys.</param>
    public static CpuTopology Read(string root = "/")
    {
        string[] cpus = SystemFiles.Folders(Path.Combine(root, "sys/devices/system/cpu"), "cpu*");
        return new CpuTopology(
            Different(cpus.Select(static cpu => SystemFiles.Text(Path.Combine(cpu, "topology", "physical_package_id")))),
            Different(cpus.Select(static cpu => SystemFiles.Text(Path.Combine(cpu, "topology", "thread_siblings_list")))),
            Different(cpus.Select(static cpu => SystemFiles.Folders(Path.Combine(cpu, "cache"), "index*")
                .Where(static cache => SystemFiles.Text(Path.Combine(cache, "level")) == "3")
                .Select(static cache => SystemFiles.Text(Path.Combine(cache, "shared_cpu_list"))).FirstOrDefault(""))));
    }

    private static int? Different(IEnumerable<string> values) =>
        values.Where(static value => value.Length > 0).Distinct().Count() is > 0 and int count ? count : null;
}
