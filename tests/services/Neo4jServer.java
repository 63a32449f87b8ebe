import static org.neo4j.configuration.GraphDatabaseSettings.SYSTEM_DATABASE_NAME;
import static org.neo4j.configuration.GraphDatabaseSettings.auth_enabled;
import static org.neo4j.configuration.GraphDatabaseSettings.pagecache_memory;
import static org.neo4j.configuration.GraphDatabaseSettings.preallocate_logical_logs;

import java.nio.file.Path;
import java.util.Map;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.graphdb.Result;
import org.neo4j.io.ByteUnit;

/**
 * Neo4j Community for tests: {@code Neo4jServer HOME PORT}, the password in {@code NEO4J_PASSWORD}, where other
 * users of the machine cannot read it. Prints READY when a client may log in.
 */
final class Neo4jServer {
    public static void main(String[] args) {
        var home = Path.of(args[0]).toAbsolutePath();
        var bolt = new SocketAddress("127.0.0.1", Integer.parseInt(args[1]));
        var server = new DatabaseManagementServiceBuilder(home)
                .setConfig(BoltConnector.enabled, true)
                .setConfig(BoltConnector.listen_address, bolt)
                .setConfig(BoltConnector.advertised_address, bolt)
                .setConfig(auth_enabled, true)
                .setConfig(pagecache_memory, ByteUnit.mebiBytes(512))
                .setConfig(preallocate_logical_logs, false)
                .build();
        var system = server.database(SYSTEM_DATABASE_NAME);
        // At the first start only: to set the same password again is refused.
        boolean isNew = system.executeTransactionally(
                "SHOW USERS YIELD passwordChangeRequired WHERE passwordChangeRequired", Map.of(), Result::hasNext);
        if (isNew) {
            system.executeTransactionally(
                    "ALTER USER neo4j SET PASSWORD $password CHANGE NOT REQUIRED",
                    Map.of("password", System.getenv("NEO4J_PASSWORD")));
        }
        System.out.println("READY");
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
    }
}
